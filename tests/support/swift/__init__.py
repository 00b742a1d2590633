"""What spares tests time: nobody sleeps, and no process is started that is not tested."""
