// A gateway that does nothing: what comes is passed on with undici, and the answer back.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [port, upstream] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 64 });

createServer((req, res) => {
  const received = [];
  req.on('data', (chunk) => received.push(chunk));
  req.on('end', () => passOn(res, req.url, Buffer.concat(received)));
}).listen(Number(port), '127.0.0.1');

function passOn(res, path, body) {
  const answered = [];
  let status = 0;
  pool.dispatch(
    { method: 'POST', path, headers: { 'content-type': 'application/json' }, body },
    {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        answered.push(chunk);
      },
      onResponseEnd() {
        const text = Buffer.concat(answered);
        res.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
        res.end(text);
      },
      onResponseError() {
        res.writeHead(502).end();
      },
    },
  );
}
