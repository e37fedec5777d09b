import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';

/** Which role a page needs, and who can give it. */
export function Forbidden({ needed }: { needed: string }) {
  const { role } = useOrganisation();
  return (
    <div className="sheet empty">
      <p>
        This page needs the role {needed} or higher. Yours is {ROLE_NAMES[role]}; an owner or admin of the
        organisation can change it.
      </p>
    </div>
  );
}
