import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';

/** Path of the picture; null: there is none. */
interface Logo {
  logo: string | null;
}

const pathOf = (org: string) => `${below(org)}/settings/logo`;

export const logoQuery = (org: string) =>
  queryOptions({ queryKey: ['logo', org], queryFn: () => get<Logo>(pathOf(org)) });

/** `png`: the file in base64. */
export const setLogo = (org: string, png: string) => put<Logo>(pathOf(org), { png });

export const removeLogo = (org: string) => post<Logo>(`${pathOf(org)}/remove`, {});
