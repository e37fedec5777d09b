/** A request that waits until the person has confirmed that it is them. */
export interface Confirmation {
  readonly settle: (isConfirmed: boolean) => void;
}

let asked: (Confirmation & { readonly answer: Promise<boolean> }) | undefined;
const listeners = new Set<() => void>();

function set(next: typeof asked): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Whether the person confirmed. Requests that ask while they are being asked share the one question. */
export function askToConfirm(): Promise<boolean> {
  if (asked === undefined) {
    const { promise: answer, resolve } = withResolvers();
    set({
      answer,
      settle(isConfirmed) {
        set(undefined);
        resolve(isConfirmed);
      },
    });
  }
  return asked?.answer ?? Promise.resolve(false);
}

function withResolvers() {
  let resolve: (isConfirmed: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export const confirmation = {
  current: (): Confirmation | undefined => asked,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};
