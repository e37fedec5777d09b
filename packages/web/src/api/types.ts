/** What `/portal/v1` answers. Times are ISO 8601. */

export type Role = 'owner' | 'admin' | 'member' | 'viewer';
export type Access = 'read' | 'full';

export interface Me {
  user: { id: string; email: string; name: string };
  organisations: Membership[];
  /** Theirs too, but this session does not open them. */
  closed_organisations: ClosedOrganisation[];
  /** The organisation through whose company they signed in. */
  via_company: string | null;
  /** Whether they look after the whole installation. */
  is_operator: boolean;
  /** For the hidden field of the sign-out form. */
  sign_out_token: string;
}

export interface ClosedOrganisation {
  slug: string;
  former_slugs: string[];
  name: string;
  because:
    | 'company_required'
    | 'other_company'
    | 'suspended'
    | 'address'
    | 'no_second_factor'
    | 'second_factor_not_shown';
}

export interface Membership {
  slug: string;
  /** Former addresses that still work. */
  former_slugs: string[];
  name: string;
  /** Path of its picture. */
  logo: string | null;
  role: Role;
}

export interface Organisation extends Omit<Membership, 'former_slugs' | 'logo'> {
  /** The most that it lets anybody give to apps and keys. */
  max_access: Access;
  connector_url: string;
  /** How many tools each access reaches; `full` counts the read-only ones too. */
  tools: { read: number; full: number };
  /** Listed in full, or found by search because they are too many to list. */
  mode: 'full' | 'search';
  mode_warning: string | null;
  /** Parts of the tools at URLs of their own. */
  toolsets: { slug: string; url: string }[];
}

export interface ApiKey {
  id: string;
  name: string;
  access: Access;
  /** The beginning of the secret. Null for a connection in token mode, which has none. */
  hint: string | null;
  made_by: 'hand' | 'connection' | 'agent';
  /** A person's address or an agent's name. */
  holder: string | null;
  /** Of a connection: a name that the app chose itself, and the host that its access goes to. */
  client: { name: string; destination: string } | null;
  is_yours: boolean;
  /** What its holder was when it was made; null: nobody kept it. */
  minted_as: Role | null;
  /** A limit of its own. */
  calls_per_minute: number | null;
  status: 'active' | 'expired' | 'revoked';
  /** It works, and was not used for over 90 days. */
  is_unused: boolean;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface NewKey {
  name: string;
  access: Access;
  expires_in_days: 7 | 30 | 90 | 365 | null;
  calls_per_minute?: number;
}

/** The secret is in this answer and in no other. */
export interface MadeKey {
  id: string;
  secret: string;
}

export interface Agent {
  id: string;
  name: string;
  role: 'member' | 'viewer';
  status: 'active' | 'suspended';
  /** That work now, and how many of them have full access. */
  keys: number;
  full_keys: number;
  last_used_at: string | null;
  /** Whose it is: who made it. */
  created_by: string | null;
  created_at: string;
}

export interface AgentsPage {
  items: Agent[];
  next_cursor: string | null;
  total: number;
  calls_per_minute_max: number;
}

export interface AgentsWanted {
  q?: string;
  status?: Agent['status'];
  sort?: 'created';
}

export interface NewAgent {
  name: string;
  role: 'member' | 'viewer';
}

export interface Connector {
  slug: string;
  name: string;
  kind: 'openapi' | 'mcp';
  /** The operator's, for all organisations. */
  shared: boolean;
  tools: number;
  /** Tools that came with an update, may write, and are offered to nobody yet. */
  waiting: number;
  /** What is said of all its tools. */
  rule: ToolRule;
}

/** What the organisation says of a tool; null: nothing. */
export interface ToolRule {
  enabled: boolean | null;
  access: Access | null;
  roles: Role[] | null;
  confirmation: string | null;
  /** What models read of it, in place of what its API says. */
  description: string | null;
}

export interface ConnectorTool {
  name: string;
  title: string;
  description: string;
  /** As the connector has it. */
  access: Access;
  waiting: boolean;
  rule: ToolRule;
  effective: { enabled: boolean; access: Access; roles: Role[]; confirmation: string | null };
  /** Of the last 7 days, and those of them that failed. */
  calls: number;
  errors: number;
  /** What a call costs, as its API says it; true: something. */
  credits: number | boolean;
  /** The operation with which the connection can be tested. */
  test: string | null;
}

export interface ConnectorTools {
  /** Of all its tools. */
  rule: ToolRule;
  items: ConnectorTool[];
}

export interface OrganisationSettings {
  name: string;
  /** How long a connection lasts that is made from now on. */
  refresh_days: 1 | 7 | 30 | 90;
}
