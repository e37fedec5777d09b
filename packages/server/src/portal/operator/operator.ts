import { Hono, type MiddlewareHandler } from 'hono';
import type { PortalEnv } from '../env.ts';
import { nothingHere } from '../nothing-here.ts';
import { createOperatorHealthRoutes, type OperatorHealthDeps } from './health.ts';
import { createOperatorKeyRoutes, type OperatorKeyDeps } from './keys.ts';
import { createOperatorLogRoutes, type OperatorLogDeps } from './log.ts';
import { createOperatorOrganisationRoutes, type OperatorOrganisationDeps } from './organisations.ts';
import type { Operators } from '../../people/operators/operators.ts';

export interface OperatorRoutesDeps
  extends OperatorOrganisationDeps, OperatorKeyDeps, OperatorHealthDeps, OperatorLogDeps {
  readonly operators: Pick<Operators, 'isOperator'>;
}

/** `/portal/v1/operator`: the installation, for those who look after it. To everybody else nothing is there. */
export function createOperatorRoutes(deps: OperatorRoutesDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.use(operatorsOnly(deps.operators));
  app.route('/organisations', createOperatorOrganisationRoutes(deps));
  app.route('/signing-keys', createOperatorKeyRoutes(deps));
  app.route('/log', createOperatorLogRoutes(deps));
  app.route('/', createOperatorHealthRoutes(deps));
  return app;
}

/** No key does, whosever it is: it belongs to an organisation, and this is above them. */
function operatorsOnly({ isOperator }: Pick<Operators, 'isOperator'>): MiddlewareHandler<PortalEnv> {
  return async (context, next) => {
    const isKeyed = context.get('caller') !== undefined;
    if (isKeyed || !(await isOperator(context.get('user')))) throw nothingHere();
    await next();
  };
}
