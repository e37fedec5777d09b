/** At once where this process knows the answer, else when it comes: who is in a hurry looks which it is. */
export type Soon<T> = T | Promise<T>;

/** Goes on at once with what is there, and later with what has to come. What `onward` throws at once is thrown. */
export function andThen<T, U>(soon: Soon<T>, onward: (value: T) => Soon<U>): Soon<U> {
  return soon instanceof Promise ? soon.then(onward) : onward(soon);
}
