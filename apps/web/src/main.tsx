import { render } from 'preact'
import { startOffline } from './app/offline.ts'
import { Shell } from './app/shell.tsx'
import { startTheme } from './app/theme.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'
import './styles/conformance.css'
import './styles/node.css'
import './styles/contacts.css'
import './styles/network.css'

startTheme()
startOffline()
render(<Shell />, document.getElementById('app') as HTMLElement)
