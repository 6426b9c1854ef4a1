import { Table, Text } from "@mantine/core";
import { Moment } from "../../ui/Moment";
import { Facts, Panel } from "../../ui/parts";
import type { Access } from "./types";

/** From where these pages are reached, and by whom. */
export function AccessPanel({ access }: { access: Access }) {
  return (
    <Panel title="Access">
      <Facts
        facts={[
          ["Address", `${access.address}${access.is_loopback ? " (this machine only)" : ""}`],
          ["Passwords", access.users.length === 0 ? "none: whoever reaches the address may do everything" : access.users.join(", ")],
        ]}
      />
      <Text size="sm" mt="sm" className="prose">
        {access.how_to_tls}
      </Text>
      {access.tokens.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          No tokens: <code>edgeproof web token</code> makes one for a program.
        </Text>
      ) : (
        <div className="scrolls" tabIndex={0} role="region" aria-label="Tokens">
          <Table mt="sm" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Token</Table.Th>
                <Table.Th>May</Table.Th>
                <Table.Th>Made</Table.Th>
                <Table.Th>Last used</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {access.tokens.map((token) => (
                <Table.Tr key={token.name}>
                  <Table.Th scope="row">{token.name}</Table.Th>
                  <Table.Td>{token.role === "operator" ? "look and steer" : "look"}</Table.Td>
                  <Table.Td>
                    <Moment at={token.created} />
                  </Table.Td>
                  <Table.Td>{token.last_used ? <Moment at={token.last_used} /> : "never"}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}

/** For who only looks. */
export function NoAccess() {
  return (
    <Panel title="Access">
      <Text size="sm" c="dimmed">
        Who may enter is shown to an operator. You may look.
      </Text>
    </Panel>
  );
}
