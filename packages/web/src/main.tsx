import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import './styles/index.css';

const place = document.getElementById('dashboard');
if (place === null) throw new Error('index.html has no place for the dashboard');

// The browser may bring the page back as it was before a sign-out: then it asks anew who is there.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
