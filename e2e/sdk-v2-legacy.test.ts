import { describe } from 'vitest';
import { connectorGuarantees } from './support/connector-guarantees.ts';
import { sdkV2Legacy } from './support/sdk-v2.ts';

describe('the MCP SDK v2 client, on a revision of 2025', () => {
  connectorGuarantees(sdkV2Legacy);
});
