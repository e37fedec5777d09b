import type { Role } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { uiText as text } from '../text/ui.ts';

/** Which role a page needs, and who can give it. */
export function Forbidden({ needed }: { needed: Role }) {
  const { role } = useOrganisation();
  return (
    <div className="sheet empty">
      <p>{text.forbidden(ROLE_NAMES[needed], ROLE_NAMES[role])}</p>
    </div>
  );
}
