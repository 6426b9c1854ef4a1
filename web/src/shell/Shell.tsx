// Around every page: where one is, how the session stands, what is wrong, and how to get elsewhere.
import { AppShell, Group, Kbd, Modal, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { NavLink, Outlet, useLocation, useNavigate } from "react-router";
import { useFreshness } from "../api/queries";
import { live } from "../api/live";
import { Banners } from "./Banners";
import { PAGES } from "./pages";
import { StatusBar } from "./StatusBar";
import "./shell.css";

export function Shell() {
  // Below the breakpoint at which the frame makes room for the rail.
  const isPhone = useMediaQuery("(max-width: 47.99em)") ?? false;
  const [isHelpOpen, help] = useDisclosure(false);
  useFreshness();
  useEffect(() => live.start(), []);
  useShortcuts(help.toggle);
  useTitle();
  return (
    <AppShell header={{ height: 52 }} navbar={{ width: 88, breakpoint: "sm", collapsed: { mobile: true } }} footer={{ height: isPhone ? 58 : 0 }} padding="md">
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <StatusBar />
      </AppShell.Header>
      {!isPhone && (
        <AppShell.Navbar p={6} aria-label="Pages">
          <Stack gap={4}>
            {PAGES.map((page) => (
              <RailItem key={page.path} page={page} />
            ))}
          </Stack>
          <UnstyledButton className="rail-item rail-help" onClick={help.open} aria-label="Keyboard shortcuts">
            <Kbd>?</Kbd>
          </UnstyledButton>
        </AppShell.Navbar>
      )}
      <AppShell.Main id="main" tabIndex={-1}>
        <Banners />
        <Outlet />
      </AppShell.Main>
      {isPhone && (
        <AppShell.Footer aria-label="Pages" component="nav">
          <div className="tabs">
            {PAGES.map((page) => (
              <NavLink key={page.path} to={page.path} end={page.path === "/"} className="tab">
                <page.icon size={20} aria-hidden />
                <span>{page.name}</span>
              </NavLink>
            ))}
          </div>
        </AppShell.Footer>
      )}
      <Shortcuts isOpen={isHelpOpen} close={help.close} />
    </AppShell>
  );
}

function RailItem({ page }: { page: (typeof PAGES)[number] }) {
  return (
    <NavLink to={page.path} end={page.path === "/"} className="rail-item" title={`${page.name} (g ${page.key})`}>
      <page.icon size={22} aria-hidden />
      <span>{page.name}</span>
    </NavLink>
  );
}

/** g and a letter goes to a page, ? shows all of it. */
function useShortcuts(toggleHelp: () => void): void {
  const navigate = useNavigate();
  const pressed = useRef(0);
  useHotkeys([
    ["g", () => (pressed.current = Date.now())],
    ["shift+?", toggleHelp],
    ["?", toggleHelp],
    ...PAGES.map((page): [string, () => void] => [
      page.key,
      () => {
        if (Date.now() - pressed.current < 1200) navigate(page.path);
      },
    ]),
  ]);
}

function useTitle(): void {
  const { pathname } = useLocation();
  useEffect(() => {
    const page = PAGES.find((each) => each.path === `/${pathname.split("/")[1] ?? ""}`);
    document.title = `${page?.name ?? "edgeproof"} · edgeproof`;
  }, [pathname]);
}

function Shortcuts({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal opened={isOpen} onClose={close} title="Keyboard" closeButtonProps={{ "aria-label": "Close" }}>
      <Table>
        <Table.Tbody>
          {PAGES.map((page) => (
            <Table.Tr key={page.path}>
              <Table.Td>
                <Group gap={4}>
                  <Kbd>g</Kbd>
                  <Kbd>{page.key}</Kbd>
                </Group>
              </Table.Td>
              <Table.Td>{page.name}</Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Td>
              <Kbd>/</Kbd>
            </Table.Td>
            <Table.Td>
              <Text size="sm">Search, on the pages that have one</Text>
            </Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Td>
              <Kbd>?</Kbd>
            </Table.Td>
            <Table.Td>This</Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
