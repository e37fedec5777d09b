import { z } from 'zod';
import type { ListedMember } from '../../people/organisations/list-members.ts';
import { role, time } from '../shapes.ts';

export const memberShape = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  is_you: z.boolean(),
  is_declared: z.boolean().describe('By the operator, in LATCHKEY_CONFIG: nobody changes it here.'),
  is_suspended: z.boolean().describe('By the operator: the person may do nothing anywhere.'),
  joined_at: time,
  last_signed_in_at: time
    .nullable()
    .describe('Of the sessions that are left; null: none, or the person signed out.'),
  has_second_factor: z.boolean().describe('An authenticator app or a passkey.'),
  has_company_sign_in: z.boolean(),
  connections: z.number().int().describe('How many apps they connected that work now.'),
  keys: z.number().int().describe('How many keys they made by hand that work now.'),
});

export function presentMember(member: ListedMember, self: string): z.infer<typeof memberShape> {
  return {
    id: member.userId,
    name: member.name,
    email: member.email,
    role: member.role,
    is_you: member.userId === self,
    is_declared: member.declared,
    is_suspended: member.isDisabled,
    joined_at: member.joinedAt.toISOString(),
    last_signed_in_at: member.lastSignedInAt?.toISOString() ?? null,
    has_second_factor: member.secondFactor,
    has_company_sign_in: member.company,
    connections: member.connections,
    keys: member.keys,
  };
}
