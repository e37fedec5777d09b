import type { Book } from '../book.ts';
import { asObject, asString, asStrings, objectsOf, type JsonObject } from '../http/json.ts';
import { TOOL_TIMEOUT_MS } from '../http/http.ts';
import { rpc } from '../mcp/rpc.ts';
import { clean } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import { noGrant, type Check } from './check.ts';
import { judgeTools } from './d20/tool-rules.ts';

const RESULT_MAX = 150_000;
const COUNT_MAX = 100;

export const d20: Check = {
  id: 'D20',
  stage: 'Tools',
  title: 'The client can use the tools',
  blocked: noGrant,
  async run(walk, book) {
    const { answer, result } = await list(walk);
    if (!Array.isArray(result?.['tools'])) {
      book.fail('no-list', {
        seen: `tools/list: ${describe(answer)}`,
        why: 'The client is connected and gets no tools.',
        userSees: walk.profile.words.noTools,
        fix: 'Answer tools/list with {"tools": […]}.',
        source: 'MCP tools, "Listing Tools"',
      });
      return;
    }
    const objects = objectsOf(result['tools']);
    walk.tools = objects;
    count(walk, book, objects.length);
    if (result?.['nextCursor'] !== undefined && result['nextCursor'] !== null) {
      book.warn('more-pages', {
        seen: `${objects.length} tools, and a nextCursor`,
        why: 'Claude and Claude Code read the first page alone.',
        userSees: walk.profile.words.noTools,
        fix: 'List all tools on the first page.',
        source: 'claude-ai-mcp#87; claude-code#24785, #39586',
      });
    }
    judgeTools(walk, book, objects);
    if (walk.callsTool) await callOne(walk, book, objects);
    book.pass(`${objects.length} tools`);
  },
};

/** As a 2025 client does: in the session, if there is one. */
function list(walk: Walk): ReturnType<typeof rpc> {
  return rpc(walk, {
    method: 'tools/list',
    token: walk.grant?.accessToken,
    session: walk.grant?.session ?? walk.openSession,
  });
}

function count(walk: Walk, book: Book, tools: number): void {
  if (tools === 0) {
    book.warn('no-tools', {
      seen: 'the list is empty',
      why: 'There is nothing to call, for this person at least.',
      userSees: walk.profile.words.noTools,
      fix: 'See which tools the person who signed in may use.',
      source: 'own rule',
    });
  } else if (tools > COUNT_MAX) {
    book.warn('many-tools', {
      seen: `${tools} tools`,
      why: 'VS Code takes 128, Windsurf 100; with very many, Claude Code lost all of them, and every list fills the model’s context.',
      userSees: walk.profile.words.noTools,
      fix: 'Offer fewer than fifty, or a search over them.',
      source: 'claude-code#68438; vendors’ documentation',
    });
  }
}

/** One tool that says that it only reads, and needs no argument. */
async function callOne(walk: Walk, book: Book, tools: readonly JsonObject[]): Promise<void> {
  const tool = tools.find(
    ({ annotations, inputSchema }) =>
      asObject(annotations)?.['readOnlyHint'] === true &&
      (asStrings(asObject(inputSchema)?.['required']) ?? []).length === 0,
  );
  const name = asString(tool?.['name']);
  if (name === undefined) {
    book.note('not-called', { seen: 'no tool that only reads and needs no argument: none was called' });
    return;
  }
  const { answer, error, result } = await rpc(walk, {
    method: 'tools/call',
    params: { name, arguments: {} },
    token: walk.grant?.accessToken,
    session: walk.grant?.session ?? walk.openSession,
    timeoutMs: TOOL_TIMEOUT_MS,
  });
  if (result === undefined) {
    book.warn('call-fails', {
      seen: `${clean(name, 80)}: ${error === undefined ? describe(answer) : clean(asString(error['message']) ?? 'an error')}`,
      why: 'A tool that needs no argument could not be called.',
      userSees: 'The tool call fails in the conversation.',
      fix: 'Answer with a result; say what went wrong in one with isError.',
      source: 'MCP tools, "Error Handling"',
    });
    return;
  }
  if (result['isError'] === true) {
    book.note('call-error', { seen: `${clean(name, 80)} answered with an error of its own` });
  }
  const length = answer.ok ? answer.body.length : 0;
  if (length > RESULT_MAX || (answer.ok && answer.cut)) {
    book.warn('large-result', {
      seen: `${clean(name, 80)}: ${length.toLocaleString('en')} characters`,
      why: 'claude.ai and Desktop take about 150,000 characters, Claude Code 25,000 tokens.',
      userSees: 'The call fails, or its result is cut.',
      fix: 'Return pages, or a selection of fields.',
      source: 'Anthropic, connector documentation',
    });
  }
}
