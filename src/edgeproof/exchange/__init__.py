"""A replica of Kraken Futures on loopback: recorded or generated markets, replayed over its own wire.

1. history becomes trades (`sizes`, `tape`) of products (`product`), all of them one market (`market`);
2. what is known of a product at one time: its candles (`charts`), its state (`state`), its book (`book`);
3. the venue's words for it: websocket frames (`messages`) and REST documents (`documents`, `private`), signed (`auth`);
4. the clock moves through the market and tells every session what happens (`stream`, `session`);
5. faults on request, seeded (`faults`, `distortion`, `disturbance`);
6. served over HTTP and websockets (`wire`, `routes`, `server`).
"""
