import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { identityLinksPages, type IdentityLink, type Issuer } from '../api/identity-providers.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { linksText as text } from '../text/identity-providers.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { SHORT_LIST_MAX } from '../ui/find-items.ts';
import { ListFilter } from '../ui/list-filter.tsx';
import { Paged } from '../ui/paged.tsx';
import { Part } from '../ui/part.tsx';
import { LinkTable } from './link-table.tsx';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { RemoveLinkQuestion } from './remove-link-question.tsx';

const route = getRouteApi('/$org/identity-providers');

interface LinkListProps {
  issuers: readonly Issuer[];
  say: (words: ReactNode) => void;
}

export function LinkList({ issuers, say }: LinkListProps) {
  const { slug: org } = useOrganisation();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const find = (wanted: string | undefined) =>
    void navigate({
      search: wanted === undefined ? {} : { q: wanted },
      replace: true,
      resetScroll: false,
    });
  const links = useInfiniteQuery(identityLinksPages(org, q === undefined ? {} : { q }));
  const [linking, setLinking] = useState(false);
  const [removing, setRemoving] = useState<IdentityLink | undefined>(undefined);
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        <button type="button" className="button secondary" onClick={() => setLinking(true)}>
          {text.add}
        </button>
      }
    >
      <Paged
        pages={links}
        loading={text.loading}
        rows={3}
        isNarrowed={q !== undefined}
        empty={<p>{text.empty}</p>}
        filter={(shown, { total }) =>
          total <= SHORT_LIST_MAX && q === undefined ? null : (
            <ListFilter
              q={q}
              onFind={find}
              label={text.find}
              placeholder={text.findHint}
              found={text.found(shown, total)}
            />
          )
        }
        noneFound={
          <>
            <p>{text.noneFound}</p>
            <button type="button" className="button secondary" onClick={() => find(undefined)}>
              {text.showAll}
            </button>
          </>
        }
      >
        {(items) => <LinkTable links={items} onRemove={setRemoving} />}
      </Paged>

      {linking ? (
        <NewLinkDialog
          issuers={issuers}
          onClose={() => setLinking(false)}
          onLinked={(member) => {
            setLinking(false);
            say(
              <>
                <bdi>{member}</bdi>
                {text.linkedNow}
              </>,
            );
          }}
        />
      ) : null}
      {removing === undefined ? null : (
        <RemoveLinkQuestion
          link={removing}
          onClose={() => setRemoving(undefined)}
          onDone={(ended) => {
            setRemoving(undefined);
            say(
              <>
                <bdi>{removing.member}</bdi>
                {text.linkedNoMore.between}
                <bdi>{removing.issuer}</bdi>
                {text.linkedNoMore.after}
                {endedInWords(ended)}
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
