mod handshake;
mod hostile;
mod net;
mod streams;
