import { describe } from 'vitest';
import { connectorGuarantees } from './support/connector-guarantees.ts';
import { sdkV1 } from './support/sdk-v1.ts';

describe('the MCP SDK v1 client', () => {
  connectorGuarantees(sdkV1);
});
