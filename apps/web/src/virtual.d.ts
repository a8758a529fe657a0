/// <reference types="vite/client" />
declare module 'virtual:vectors' {
  /** Names of the files below `vectors/`. */
  export const VECTOR_FILES: readonly string[]
}
declare module '*.css'
