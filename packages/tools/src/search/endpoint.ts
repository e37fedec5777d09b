/** A method and a path, as people copy them from documentation. */
export interface Endpoint {
  readonly method: string | undefined;
  readonly shape: string;
}

const ENDPOINT = /^\s*(?:([A-Za-z]{3,10})\s+)?(\/\S{0,500})\s*$/;

/** `POST /items/{id}`, `/items/:id` or `/items/`; undefined for any other text. */
export function readEndpoint(query: string): Endpoint | undefined {
  const [, method, path] = ENDPOINT.exec(query.slice(0, 600)) ?? [];
  return path === undefined ? undefined : { method: method?.toUpperCase(), shape: shapeOf(path) };
}

/** What is left of a path when its variables may have any name: `/items/{id}` and `/Items/:item` have one shape. */
export function shapeOf(path: string): string {
  return path
    .split('/')
    .map((segment) => (/^:|[{}]/.test(segment) ? '{}' : segment.toLowerCase()))
    .filter((segment) => segment !== '')
    .join('/');
}
