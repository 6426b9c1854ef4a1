export interface Setting {
  key: string;
  value: string;
  default: string;
  source: string;
  is_secret: boolean;
  help: string | null;
}

export interface Section {
  name: string;
  settings: Setting[];
}

export interface Channel {
  name: string;
  is_set_up: boolean;
  words: string;
}

export interface Access {
  users: string[];
  tokens: { name: string; role: string; created: string; last_used: string | null }[];
  address: string;
  is_loopback: boolean;
  how_to_tls: string;
}

export interface Settings {
  file: string;
  exists: boolean;
  sections: Section[];
  limits_in_force: Record<string, unknown> | null;
  differs: string[];
  channels: Channel[];
  /** Null for who only looks. */
  access: Access | null;
}

export interface Tested {
  channel: string;
  works: boolean;
  found: string[];
  problem: string | null;
}

export interface Device {
  id: string;
  label: string;
  since: string;
  last_told: string | null;
  failures: number;
}
