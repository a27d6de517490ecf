import type { Network } from '../broker/ports.js';
import { machineFetch } from './machineFetch.js';
import { systemResolver } from './systemResolver.js';

/** @param unreachableNote said beside a failure to reach a host, where this machine may be the reason */
export function machineNetwork(unreachableNote?: string): Network {
  return {
    fetch: machineFetch,
    resolver: systemResolver,
    ...(unreachableNote !== undefined && { unreachableNote }),
  };
}
