import type { CallQuestion, ToolName } from '../api/playground.ts';
import { playgroundText } from '../text/playground.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { tamed } from '../ui/tamed.ts';

const text = playgroundText.question;
const NAME_CHARACTERS = 80;
const LINE_CHARACTERS = 2_000;

interface WriteQuestionProps {
  tool: ToolName;
  question: CallQuestion['question'];
  onAgree: () => void;
  onClose: () => void;
}

/** Asks before something may change: what is called, where, and what it costs. */
export function WriteQuestion({ onAgree, onClose, question, tool }: WriteQuestionProps) {
  const [calls, of, withThese] = text.calls;
  return (
    <Dialog
      role="alertdialog"
      onClose={onClose}
      title={<bdi>{text.title(tamed(tool.title, NAME_CHARACTERS))}</bdi>}
    >
      {question.kind === 'confirmation' ? (
        <>
          <p>{text.asked}</p>
          {/* Lines of the server: an admin's words, and what is sent. Nothing in an argument makes one. */}
          <div className="play-asked">
            {question.message.split('\n').map((line, at) => (
              <p key={`${at}`}>
                <Foreign text={line} max={LINE_CHARACTERS} />
              </p>
            ))}
          </div>
        </>
      ) : (
        <p>
          {calls}
          <code>
            <Foreign text={tool.name} />
          </code>
          {of}
          <Foreign text={tool.connector.name} />
          {withThese}
          <strong>{costOf(question)}</strong> {text.forReal}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          {text.keep}
        </button>
        <button type="button" className="button" onClick={onAgree}>
          {text.act}
        </button>
      </div>
    </Dialog>
  );
}

function costOf(question: Extract<CallQuestion['question'], { kind: 'write' }>): string {
  if (question.credits !== null) return text.credits(question.credits);
  return question.consumes_credits ? text.someCredits : text.changes;
}
