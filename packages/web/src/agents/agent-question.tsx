import { agentsQuery, deleteAgent, keysQuery, resumeAgent, suspendAgent } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Agent } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Question } from '../ui/question.tsx';

export type AgentAct = 'suspend' | 'resume' | 'delete';

interface AgentQuestionProps {
  agent: Agent;
  act: AgentAct;
  onDone: () => void;
  onClose: () => void;
}

const WORDS = {
  suspend: {
    ask: 'Suspend',
    acting: 'Suspending…',
    keep: 'Keep it working',
    effect:
      'Its keys and tokens are refused from the next call on, and what is under way breaks off. Nothing is lost: resume it, and they work again.',
    run: suspendAgent,
  },
  resume: {
    ask: 'Resume',
    acting: 'Resuming…',
    keep: 'Keep it suspended',
    effect: 'Its keys and tokens that have not expired meanwhile work again at once.',
    run: resumeAgent,
  },
  delete: {
    ask: 'Delete',
    acting: 'Deleting…',
    keep: 'Keep agent',
    effect:
      'All its keys and tokens end at once, and with them whatever uses them. An app that it was made with goes too. This cannot be undone.',
    run: deleteAgent,
  },
} as const;

export function AgentQuestion({ agent, act, onDone, onClose }: AgentQuestionProps) {
  const { slug: org } = useOrganisation();
  const { ask, acting, keep, effect, run } = WORDS[act];
  return (
    <Question
      title={
        <>
          {ask} “<bdi>{agent.name}</bdi>”?
        </>
      }
      keep={keep}
      act={`${ask} agent`}
      acting={acting}
      danger={act !== 'resume'}
      run={() => run(org, agent.id)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(agentsQuery(org)),
          queryClient.invalidateQueries(keysQuery(org)),
          queryClient.invalidateQueries({ queryKey: ['apps', org] }),
        ])
      }
      onDone={onDone}
      onClose={onClose}
    >
      <p>{effect}</p>
    </Question>
  );
}
