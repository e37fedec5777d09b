import { createContext, useContext } from 'react';
import type { Me, Membership } from '../api/types.ts';

export interface CurrentOrganisation extends Omit<Membership, 'logo'> {
  user: Me['user'];
}

export const OrganisationContext = createContext<CurrentOrganisation | undefined>(undefined);

/** The organisation that the address names, and the visitor's role in it. */
export function useOrganisation(): CurrentOrganisation {
  const organisation = useContext(OrganisationContext);
  if (organisation === undefined) throw new Error('this is shown outside of an organisation');
  return organisation;
}
