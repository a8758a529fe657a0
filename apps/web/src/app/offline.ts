/** Keeps the page's files in the browser, where that can be done. */
export function startOffline(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI)).catch((error: unknown) => {
    console.info('The page can’t be kept for use offline.', error)
  })
}
