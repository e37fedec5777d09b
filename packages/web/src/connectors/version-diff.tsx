import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { versionDiffQuery } from '../api/connectors.ts';
import { DiffList, useDiffFilter } from '../import/diff/diff-list.tsx';
import { useOrganisation } from '../shell/organisation-context.ts';
import { versionsText as text } from '../text/connectors.ts';

/** What changed from one version to a later one. */
export function VersionDiff({ connector, from, to }: { connector: string; from: number; to: number }) {
  const { slug: org } = useOrganisation();
  const filter = useDiffFilter();
  const diff = useInfiniteQuery(versionDiffQuery(org, connector, { from, to }, filter.change, filter.q));
  return (
    <section className="sheet" aria-labelledby="version-diff">
      <h2 id="version-diff" className="import-title">
        {text.diffTitle(from, to)}
      </h2>
      <DiffList filter={filter} query={diff} />
      <p className="import-act">
        <Link
          to="/$org/connectors/$connector/versions"
          params={{ org, connector }}
          className="button secondary"
        >
          {text.all}
        </Link>
      </p>
    </section>
  );
}
