import {
  IconBook, IconChartCandle, IconFlask, IconGauge, IconLayoutDashboard, IconSettings, IconTargetArrow, type Icon,
} from "@tabler/icons-react";

export interface PageEntry {
  path: string;
  name: string;
  /** Pressed after g. */
  key: string;
  icon: Icon;
}

export const PAGES: readonly PageEntry[] = [
  { path: "/", name: "Overview", key: "o", icon: IconLayoutDashboard },
  { path: "/signals", name: "Signals", key: "s", icon: IconTargetArrow },
  { path: "/chart", name: "Chart", key: "c", icon: IconChartCandle },
  { path: "/performance", name: "Performance", key: "p", icon: IconGauge },
  { path: "/research", name: "Research", key: "r", icon: IconFlask },
  { path: "/journal", name: "Journal", key: "j", icon: IconBook },
  { path: "/settings", name: "Settings", key: "t", icon: IconSettings },
];
