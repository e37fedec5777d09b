import { attack, type Claim } from './requirement.ts';
import {
  connectionFaults,
  connectionNodes,
  connectionSessions,
  eventStreams,
  sseServers,
  stdioServers,
} from './tests.ts';

/** By MCP servers that keep a connection, and on the sessions that we keep with them. */
export const ATTACKS_ON_CONNECTIONS: readonly Claim[] = [
  attack(
    78,
    'A program that is started as an MCP server sees nothing of ours: no environment, no descriptor, no folder; and no shell reads its command.',
    stdioServers(
      'sees nothing of our environment, and a folder that is its own, empty, and gone when it has ended',
    ),
    stdioServers('gets no descriptor of ours: no socket to the database, no listening port'),
    stdioServers('is read by no shell'),
  ),
  attack(
    79,
    'No program outlives its session, or us, and a flood of sessions starts no more of them than there may be.',
    stdioServers('%s ends, and its children with it'),
    stdioServers('no process outlives us if we are killed: the end of its input is the end of it'),
    stdioServers(
      'a flood of one connector is refused, and leaves room for others; in all there are no more than so many',
    ),
    stdioServers('is not tried again before its time, longer each time; others are not touched by it'),
    connectionSessions(
      'a flood of one key is refused while its sessions are in use; those that nobody listens to give way',
    ),
  ),
  attack(
    80,
    'A server of HTTP+SSE has its credential sent nowhere but to its own origin, and us to no place inside.',
    sseServers('an endpoint at %s is refused, and nobody is asked there'),
    sseServers('a second endpoint does not move it'),
    sseServers('no redirect is followed: not of the stream'),
    sseServers('no redirect is followed: not of a message'),
  ),
  attack(
    81,
    'What a server says fills no memory and breaks no parser: lines, events and nesting have an end, and who is slow is waited for.',
    eventStreams('it does not matter where the pieces of a stream are cut, not even within a character'),
    stdioServers('one that says %s is ended with its channel, and nobody is shown what it said'),
    stdioServers('is not read from while too much of what it said is not done with'),
    sseServers('is not read from while too much of what came is not done with'),
  ),
  attack(
    82,
    'A session that we keep with a server is its opener’s alone, on every node, and ends with the right that it hangs on.',
    connectionSessions('at the same server, with the same key; nobody learns that it exists'),
    connectionSessions('and ends with the right that it hangs on, calls and streams with it'),
    connectionNodes('is its opener’s alone there too'),
    connectionNodes('ends with its key, wherever that is revoked'),
  ),
  attack(
    83,
    'A server that keeps a connection and hangs, breaks off, floods or talks nonsense harms nobody else.',
    connectionFaults('%s is a fault in words to who called it, and nothing to anybody else'),
    connectionFaults('%s is a fault to its caller alone, and keeps nothing open'),
  ),
];
