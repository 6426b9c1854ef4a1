"""A replica of Kraken Futures on loopback: recorded or generated markets, replayed over its own wire.

1. history becomes trades (`sizes`, `tape`) of products (`product`), all of them one market (`market`);
2. what is known of a product at one time: its candles (`charts`), its state (`state`), its book (`book`), and how it is
   listed (`listing`);
3. the venue's words for it: websocket frames (`messages`) and REST documents (`documents`, `account`), signed (`auth`);
4. the clock moves through the market (`stream`) and tells every client what happens (`session`);
5. faults on request, seeded (`faults`): of messages (`distortion`), of REST (`disturbance`), of the market itself
   (`schedule`, `doors`), of connections (`replica`, which holds all of it together);
6. served over HTTP and websockets (`routes`, `control`, `wire`, `server`).
"""
