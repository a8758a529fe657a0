// What the page and the frame that shows a stranger's page say to each other.

/** The page's. */
export type ToViewer =
  | { readonly type: 'show'; readonly html: string; readonly url: string }
  /** Undefined: there is no such resource. */
  | { readonly type: 'resource'; readonly url: string; readonly body: Blob | undefined }

/** The frame's, which may be anything: it shows what a stranger wrote. */
export type FromViewer =
  | { readonly type: 'ready' }
  /** A link was followed. */
  | { readonly type: 'go'; readonly url: string }
  /** The page asks for an image or a style sheet of its own. */
  | { readonly type: 'resource'; readonly url: string }
