/** One route of the API, and where the arguments of its method go. */
export interface Operation {
  /** The name of the method, such as `leased_accounts.list`. */
  readonly name: string;
  readonly method: string;
  /** The path with the names of its parameters, such as `/v1/projects/{projectId}`. */
  readonly path: string;
  /** Of a write: the arguments that go into the query; the others are the body. */
  readonly query?: readonly string[];
  /** The parameters of the path that the body repeats. */
  readonly alsoInBody?: readonly string[];
  /** The arguments that go into headers, and those headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of an upload that takes one type. */
  readonly contentType?: string;
}
