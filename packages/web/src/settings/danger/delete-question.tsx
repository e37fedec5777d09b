import { useNavigate } from '@tanstack/react-router';
import { dangerQuery, deleteOrganisation, type Danger } from '../../api/address.ts';
import { meQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { carryWords } from '../../shell/carried-words.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { dangerText as text } from '../../text/danger.ts';
import { Question } from '../../ui/question.tsx';

/** From here to the list of organisations, where it is said what was done. */
export function DeleteQuestion({ danger, onClose }: { danger: Danger; onClose: () => void }) {
  const { slug: org } = useOrganisation();
  const navigate = useNavigate();
  const { effect, name } = danger;

  async function leave(): Promise<void> {
    carryWords('/', text.deleted(name));
    await navigate({ to: '/', replace: true });
    queryClient.setQueryData(
      meQuery.queryKey,
      (me) => me && { ...me, organisations: me.organisations.filter(({ slug }) => slug !== org) },
    );
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[1] === org });
    await queryClient.invalidateQueries(meQuery);
  }

  return (
    <Question
      title={
        <>
          {text.before}
          <bdi>{name}</bdi>
          {text.after}
        </>
      }
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      typed={name}
      run={async () => {
        try {
          return await deleteOrganisation(org, name);
        } catch (error) {
          // What would end, or its name, may be something else by now.
          await queryClient.invalidateQueries(dangerQuery(org));
          throw error;
        }
      }}
      refresh={async () => undefined}
      onDone={() => void leave()}
      onClose={onClose}
    >
      <p>{text.effect(effect.people, effect.connections, effect.keys)}</p>
    </Question>
  );
}
