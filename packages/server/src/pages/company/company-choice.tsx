import type { FC } from 'hono/jsx';
import { companyPath } from './company-path.ts';

/** What the sign-in page offers besides a password. */
export interface CompanyOffer {
  /** The organisation that the visitor is on the way to, where it signs its people in itself. */
  readonly first: { readonly slug: string; readonly name: string } | undefined;
  /** Whether there is any that an address could lead to. */
  readonly byEmail: boolean;
}

/** Above the password, where it is plain which organisation is meant. */
export const CompanyFirst: FC<{ company: CompanyOffer['first']; csrf: string; returnTo: string }> = ({
  company,
  csrf,
  returnTo,
}) =>
  company === undefined ? null : (
    <form class="first-way" method="post" action={companyPath(company.slug)}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="return_to" value={returnTo} />
      <input type="hidden" name="action" value="sign-in" />
      <button class="wide" type="submit">
        Continue with <bdi>{company.name}</bdi>
      </button>
    </form>
  );

/** Below the password: the address that was typed says which organisation it is. `form` is the id of its form. */
export const CompanyByEmail: FC<{ offered: boolean; form: string }> = ({ form, offered }) =>
  offered ? (
    <div class="other-way">
      <button class="wide secondary" type="submit" form={form} formaction="/sign-in/company" formnovalidate>
        Continue with your company
      </button>
      <p class="hint">Your work email is enough: no password.</p>
    </div>
  ) : null;
