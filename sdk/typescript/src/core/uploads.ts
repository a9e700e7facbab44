/**
 * What is sent as it is. A stream can be read once, so a request with one is sent once: it is not tried again after a
 * failure.
 */
export type UploadContent =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>;
