import { expect, test } from 'vitest';
import { curlOf } from './curl.ts';

test('nothing that an argument says becomes a command, and no key stands in it', () => {
  const command = curlOf({
    method: 'POST',
    url: 'https://mcp.test/api/crm/contacts?q=%27',
    headers: [['content-type', "x'; rm -rf ~; '"]],
    body: `{"name":"it's $(reboot) \`id\` \\"}`,
    is_body_left_out: false,
  });
  expect(command).toBe(
    [
      `curl -X POST 'https://mcp.test/api/crm/contacts?q=%27' \\`,
      `  -H "X-API-Key: $LATCHKEY_API_KEY" \\`,
      `  -H 'content-type: x'\\''; rm -rf ~; '\\''' \\`,
      `  --data-raw '{"name":"it'\\''s $(reboot) \`id\` \\"}'`,
    ].join('\n'),
  );
});
