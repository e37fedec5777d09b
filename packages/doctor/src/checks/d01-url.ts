import type { Check } from './check.ts';

const SOURCE = 'Anthropic, connector documentation; claude-ai-mcp#85';

export const d01: Check = {
  id: 'D1',
  stage: 'Address',
  title: 'The URL is one that the client takes',
  run({ local, profile, typed, url }, book) {
    const sees = profile.words.unreachable;
    const severity = profile.hosted && !local ? 'fail' : 'note';
    if (url.protocol !== 'https:') {
      book.add(local ? 'note' : severity === 'fail' ? 'fail' : 'warn', 'not-https', {
        seen: local
          ? 'http at an address of this machine: judged as a local one'
          : 'the URL begins with http://',
        why: 'Tokens are sent with every request; clients with servers of their own take https alone.',
        userSees: sees,
        fix: 'Serve the connector under https, and say https wherever it names itself.',
        source: SOURCE,
      });
    }
    if (url.port !== '' && !local) {
      book.add(severity, 'port', {
        seen: `port ${url.port}`,
        why: `${profile.label} connects to port 443 alone, if its vendor's servers make the requests.`,
        userSees: sees,
        fix: 'Serve the connector at port 443, and leave the port out of the URL.',
        source: SOURCE,
      });
    }
    if (url.username !== '' || url.password !== '') {
      book.fail('credentials', {
        seen: 'the URL holds a user name or a password',
        why: 'No client sends them on, and the resource that tokens are made for must not have them.',
        userSees: sees,
        fix: 'Take them out; sign in by OAuth, or send a key in a header.',
        source: 'MCP authorization, "Canonical Server URI"',
      });
    }
    if (url.search !== '') {
      book.warn('query', {
        seen: 'the URL has a query',
        why: 'Tokens in a URL are not supported, and metadata is looked up by path: the query may be lost.',
        userSees: profile.words.authorization,
        fix: 'Put what distinguishes connectors into the path, and keys into a header.',
        source: 'Anthropic, connector documentation; RFC 9728 section 3.1',
      });
    }
    if (url.hash !== '') {
      book.warn('fragment', {
        seen: 'the URL has a fragment',
        why: 'It is never sent, and a resource must not have one.',
        userSees: profile.words.authorization,
        fix: 'Take off what begins with #.',
        source: 'RFC 8707 section 2',
      });
    }
    const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/:?#]+)/i.exec(typed)?.[1] ?? '';
    if (host !== host.toLowerCase()) {
      book.warn('host-case', {
        seen: `the host is written ${host}`,
        why: 'Some clients compare the resource byte by byte with what they typed.',
        userSees: profile.words.authorization,
        fix: 'Write the host in lower case wherever people copy the URL from.',
        source: 'MCP authorization, "Canonical Server URI"',
      });
    }
    if (url.pathname !== '/' && url.pathname.endsWith('/')) {
      book.note('trailing-slash', {
        seen: 'the path ends with a slash: the metadata must name it with the slash too',
      });
    }
    if (url.pathname.endsWith('/sse')) {
      book.note('sse', {
        seen: 'the path ends with /sse: Claude takes such for the old HTTP+SSE transport, so serve both there',
      });
    }
  },
};
