/** The demo's two organisations: one hands out tokens, the other keys. */
export const MODES = [
  ['token mode', { slug: 'acme', email: 'owner@acme.test', credential: /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/ }],
  ['key mode', { slug: 'globex', email: 'owner@globex.test', credential: /^lk_test_[\w-]+$/ }],
] as const;

export const READ_TOOLS = [
  'get_account',
  'get_analytics_overview',
  'get_bundle',
  'get_bundle_analytics',
  'get_credit_balance',
  'get_media',
  'list_accounts',
  'list_bundles',
  'list_credit_ledger',
  'list_media',
  'list_webhooks',
];

export const WRITE_TOOLS = [
  'configure_bundle',
  'connect_account',
  'create_bundle',
  'create_media_upload',
  'create_webhook',
  'delete_bundle',
  'delete_webhook',
  'disconnect_account',
  'publish_bundle',
  'upload_media',
];

export const ALL_TOOLS = [...READ_TOOLS, ...WRITE_TOOLS].sort();
