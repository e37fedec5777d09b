import { attack, type Claim } from './requirement.ts';
import { declaredMcp, joined, joinedFaults, mcpClient, mcpTools } from './tests.ts';

/** By MCP servers whose tools stand among those of others, and on them. */
export const ATTACKS_ON_JOINED_SERVERS: readonly Claim[] = [
  attack(
    84,
    'No server has its tool called in the place of another’s, whatever it names it.',
    joined('the first who asks sees all tools, and each under a name of its own'),
    joined('each tool is called at its own server, by the name that it has there'),
    mcpTools('names that the server tells apart stay apart'),
    mcpTools('%s is no tool that could be offered'),
  ),
  attack(
    85,
    'No tool of one server takes the others with it: by a schema that some client refuses, or by texts that hide something or have no end.',
    mcpTools('a schema that some client would refuse is one that none does: %s'),
    mcpTools('is nothing that we do not know, and no text that hides something or has no end'),
    mcpTools('a text that speaks to a model is noted'),
  ),
  attack(
    86,
    'No server that is down, slow or mad keeps anybody from the others, or from the list of tools.',
    joinedFaults('whose call %s says so to the caller, and works again afterwards'),
    joinedFaults('whose list %s keeps nobody from the other tools'),
    joinedFaults('that is down is told of at once, with a time to come back, and is served when it is back'),
    joinedFaults('a list that %s is not shown, and keeps nobody from the other tools'),
  ),
  attack(
    87,
    'What a server gives a caller to bring back comes back to that server for that tool, from that caller.',
    joined('gets its state back from who was given it, and from nobody else'),
  ),
  attack(
    88,
    'No server among others learns who calls, and nobody calls with another’s account there.',
    joined('nothing of the caller reaches a server: no credential, no name, no address'),
    mcpClient(
      'people with accounts of their own share no session, and who has none is told where to connect',
    ),
    mcpClient('a credential that the server sends back is covered'),
    declaredMcp(
      'what the process of a server is told is sealed in the database, whether it stood in the file, in a variable or in another file',
    ),
  ),
];
