import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';

const FRESH_MS = 10_000;
const RETRIES_MAX = 2;
const FIRST_RETRY_MS = 400;
// A browser that takes itself for offline still reaches a Latchkey on its own computer.
const networkMode = 'always';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode,
      staleTime: FRESH_MS,
      retryDelay: (failures) => FIRST_RETRY_MS * 2 ** failures,
      // A refusal stays one; only what may pass by itself is asked again.
      retry: (failures, error) =>
        failures < RETRIES_MAX && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
    // What a mutation answers may be a secret: nothing of it outlives the component that asked.
    mutations: { networkMode, retry: false, gcTime: 0 },
  },
});
