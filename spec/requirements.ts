import { CLIENT_DOCUMENTS } from './client-documents.ts';
import { MCP_2025_03_26 } from './mcp-2025-03-26.ts';
import { MCP_2025_06_18 } from './mcp-2025-06-18.ts';
import { MCP_2025_11_25 } from './mcp-2025-11-25.ts';
import { MCP_2026_07_28 } from './mcp-2026-07-28.ts';
import type { Standard } from './requirement.ts';
import { RFC6749 } from './rfc6749.ts';
import { RFC6750 } from './rfc6750.ts';
import { RFC7009 } from './rfc7009.ts';
import { RFC7523 } from './rfc7523.ts';
import { RFC7591 } from './rfc7591.ts';
import { RFC7636 } from './rfc7636.ts';
import { RFC7662 } from './rfc7662.ts';
import { RFC8414 } from './rfc8414.ts';
import { RFC8693 } from './rfc8693.ts';
import { RFC8707 } from './rfc8707.ts';
import { RFC9068 } from './rfc9068.ts';
import { RFC9207 } from './rfc9207.ts';
import { RFC9449 } from './rfc9449.ts';
import { RFC9700 } from './rfc9700.ts';
import { RFC9728 } from './rfc9728.ts';

/** What we claim of each standard, and the tests that show it. */
export const STANDARDS: readonly Standard[] = [
  RFC6749,
  RFC6750,
  RFC7009,
  RFC7523,
  RFC7591,
  RFC7636,
  RFC7662,
  RFC8414,
  RFC8693,
  RFC8707,
  RFC9068,
  RFC9207,
  RFC9449,
  RFC9700,
  RFC9728,
  CLIENT_DOCUMENTS,
  MCP_2025_03_26,
  MCP_2025_06_18,
  MCP_2025_11_25,
  MCP_2026_07_28,
];
