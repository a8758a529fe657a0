// The worker that the node runs in: takes what tabs ask, and answers.
import { remoteConnector } from '@snek/transport-webrtc'
import { CHANNEL, type Message, type Push, type Request } from '../protocol.ts'
import { inWords } from './errors.ts'
import { type Answers, Host } from './host.ts'

const channel = new BroadcastChannel(CHANNEL)
const push = (message: Push): void => send({ to: 'tabs', push: message })

const opening = Host.open(
  remoteConnector({ postMessage: (message, transfer) => postMessage(message, { transfer }) }),
  push,
)
channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.to === 'node') void answer(data as Request)
})
addEventListener('online', () => {
  opening.then(
    (host) => host.answers.wake(),
    () => undefined, // whoever asks hears of it
  )
})
push({ type: 'started' })

async function answer({ from, id, method, args }: Request): Promise<void> {
  try {
    const { answers } = await opening
    const answer = answers[method] as (...args: readonly unknown[]) => ReturnType<Answers[typeof method]>
    send({ to: from, id, result: await answer(...args) })
  } catch (error) {
    send({ to: from, id, problem: inWords(error) })
  }
}

function send(message: Message): void {
  channel.postMessage(message)
}
