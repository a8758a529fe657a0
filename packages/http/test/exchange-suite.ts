// What every client and every server must do, whichever parses and writes the messages.
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
