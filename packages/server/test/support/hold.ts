/** Lets what was read from the database be known only once `release` is called. */
export function createHold() {
  let release = (): void => {};
  let isRead = false;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    release: () => release(),
    isRead: () => isRead,
    async after<T>(read: Promise<T>): Promise<T> {
      const found = await read;
      isRead = true;
      await released;
      return found;
    },
  };
}
