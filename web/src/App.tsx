import { lazy, Suspense } from "react";
import { createBrowserRouter, RouterProvider } from "react-router";
import { ApiError } from "./api/client";
import { useMe } from "./api/queries";
import { Shell } from "./shell/Shell";
import { Empty, Failure, Spinner } from "./ui/parts";
import { WentWrong } from "./ui/WentWrong";

const Login = lazy(() => import("./pages/login/Login"));

function page(load: () => Promise<{ default: React.ComponentType }>) {
  const Page = lazy(load);
  return (
    <Suspense fallback={<Spinner />}>
      <Page />
    </Suspense>
  );
}

const signals = page(() => import("./pages/signals/Signals"));

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <WentWrong />,
    children: [
      {
        errorElement: <WentWrong />,
        children: [
          { index: true, element: page(() => import("./pages/overview/Overview")) },
          { path: "signals", element: signals },
          { path: "signals/:id", element: signals },
          { path: "chart", element: page(() => import("./pages/chart/Chart")) },
          { path: "performance", element: page(() => import("./pages/performance/Performance")) },
          { path: "performance/:hypothesis", element: page(() => import("./pages/performance/Performance")) },
          { path: "research", element: page(() => import("./pages/research/Research")) },
          { path: "research/:run", element: page(() => import("./pages/research/Research")) },
          { path: "journal", element: page(() => import("./pages/journal/Journal")) },
          { path: "settings", element: page(() => import("./pages/settings/Settings")) },
          { path: "*", element: <Empty title="There is no such page">The links on the side lead to all there are.</Empty> },
        ],
      },
    ],
  },
]);

export function App() {
  const me = useMe();
  if (me.data) return <RouterProvider router={router} />;
  if (me.error instanceof ApiError && me.error.isLogin) {
    return (
      <Suspense fallback={<Spinner />}>
        <Login />
      </Suspense>
    );
  }
  return (
    <main style={{ padding: "2rem" }}>{me.error ? <Failure error={me.error} retry={() => void me.refetch()} /> : <Spinner />}</main>
  );
}
