/** Reads the data of a stream of server-sent events as it comes. Comments, names and ids of events are nothing here. */
export function createEventReader(onData: (data: string) => void): {
  push(text: string): void;
} {
  let pieces: string[] = [];
  let data: string[] = [];

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) onData(data.join('\n'));
      data = [];
    } else if (text.startsWith('data:')) {
      data.push(text.slice(text.startsWith('data: ') ? 6 : 5));
    }
  }

  return {
    push(text) {
      let start = 0;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
        pieces.push(text.slice(start, at));
        line(pieces.join('').replace(/\r$/, ''));
        pieces = [];
        start = at + 1;
      }
      if (start < text.length) pieces.push(text.slice(start));
    },
  };
}
