/** The picture of an organisation, if it has one. The name stands beside it, so it says nothing by itself. */
export function OrganisationLogo({ path, large = false }: { path: string | null; large?: boolean }) {
  if (path === null) return null;
  const side = large ? 48 : 24;
  return (
    <img className={large ? 'org-logo large' : 'org-logo'} src={path} alt="" width={side} height={side} />
  );
}
