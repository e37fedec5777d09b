import { toAppError } from '../../kernel/errors.ts';
import type { Result } from '../../kernel/result.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { GatewayTelemetry } from '../../telemetry/gateway-telemetry.ts';
import type { Authenticate, Caller } from '../pipeline/authenticate.ts';
import type { Refusal } from '../refusal.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

/** The same, which also counts what became of each credential. */
export function observeAuthenticate(
  authenticate: Authenticate,
  telemetry: GatewayTelemetry | undefined,
): Authenticate {
  if (telemetry === undefined) return authenticate;
  const { calls, tracer } = telemetry;

  function noted(req: AnyRequest, caller: Result<Caller, Refusal>): Result<Caller, Refusal> {
    if (caller.ok) {
      calls.authenticated.value += 1;
      tracer?.identified(req, caller.value.principal.orgId);
    } else calls.unauthenticated(caller.error.error.code).value += 1;
    return caller;
  }

  function failed(thrown: unknown): never {
    calls.unauthenticated(toAppError(thrown).code).value += 1;
    throw thrown;
  }

  function observed(
    req: AnyRequest,
    ask: () => Soon<Result<Caller, Refusal>>,
  ): Soon<Result<Caller, Refusal>> {
    let asked: Soon<Result<Caller, Refusal>>;
    try {
      asked = ask();
    } catch (thrown) {
      return failed(thrown);
    }
    return asked instanceof Promise ? asked.then((caller) => noted(req, caller), failed) : noted(req, asked);
  }

  return {
    atMcp: (req, resource, path, provenPath) =>
      observed(req, () => authenticate.atMcp(req, resource, path, provenPath)),
    atApi: (req) => observed(req, () => authenticate.atApi(req)),
  };
}
