import { useQuery } from '@tanstack/react-query';
import { settingsQuery } from '../../api/queries.ts';
import { useCarriedWords } from '../../shell/carried-words.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { settingsText } from '../../text/settings.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { AddressPart } from './address-part.tsx';
import { GENERAL_PAGE } from './general-page.ts';
import { LogoPart } from './logo-part.tsx';
import { SettingsForm } from './settings-form.tsx';

const { general: text } = settingsText;

/** `/app/{org}/settings`: the organisation's name, and how long connections last. */
export function GeneralTab() {
  const { slug: org } = useOrganisation();
  const settings = useQuery(settingsQuery(org));
  const carried = useCarriedWords(GENERAL_PAGE);
  const [notice, say] = useNotice(carried);
  if (settings.data === undefined) {
    return settings.isError ? (
      <Problem error={settings.error} onRetry={() => void settings.refetch()} />
    ) : (
      <Skeleton rows={4} label={text.loading} />
    );
  }
  return (
    <>
      {notice}
      <div className="stack">
        <SettingsForm settings={settings.data} onSaved={() => say(text.saved)} />
        <LogoPart onSaid={say} />
        <AddressPart />
      </div>
    </>
  );
}
