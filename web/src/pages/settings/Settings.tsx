import { Anchor, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/client";
import { Shown } from "../../ui/parts";
import { AccessPanel, NoAccess } from "./AccessPanel";
import { Channels } from "./Channels";
import { AboutPanel, LooksPanel } from "./HerePanels";
import { InForce } from "./InForce";
import { Notifications } from "./Notifications";
import type { Settings as Document } from "./types";
import "./settings.css";

/** What is in force and why, who is told, who may look, and how it looks. */
export default function Settings() {
  const settings = useQuery({ queryKey: ["settings"], queryFn: ({ signal }) => ask<Document>("/settings", signal) });
  return (
    <Stack gap="md">
      <Title order={1}>Settings</Title>
      <nav aria-label="Parts of this page" className="jump">
        {[["in-force", "In force"], ["channels", "Channels"], ["push", "Notifications"], ["access", "Access"], ["looks", "Looks"], ["about", "About"]].map(
          ([id, name]) => (
            <Anchor key={id} href={`#${id}`} size="sm">
              {name}
            </Anchor>
          ),
        )}
      </nav>
      <Shown of={settings} lines={10}>
        {(found) => (
          <>
            <div id="in-force">
              <InForce settings={found} />
            </div>
            <div id="channels">
              <Channels channels={found.channels} />
            </div>
            <div id="push">
              <Notifications />
            </div>
            <div id="access">
              {found.access === null ? <NoAccess /> : <AccessPanel access={found.access} />}
            </div>
          </>
        )}
      </Shown>
      {/* Those of this browser stand without the server's. */}
      <div className="pair">
        <div id="looks">
          <LooksPanel />
        </div>
        <div id="about">
          <AboutPanel />
        </div>
      </div>
    </Stack>
  );
}
