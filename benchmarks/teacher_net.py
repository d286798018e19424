"""The teacher's network: multilingual-e5-small in torch, fine-tuned for tone and stance.

All twelve layers are trained; the vectors of word pieces and of positions stay as they are. One
head reads the mean of a sentence's tokens (tone), the other that mean, the hidden target and the
first token (stance). An intercept for each language takes up how its training set was sampled; it
is no part of the logits that are returned. At every second batch for tone, the three versions of
twenty translated sentences are pushed together: ``KL(p_version || mean p)`` is added to the loss.
Its settings are those of the one run whose labels are kept.
"""

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import nn

from analysis.judging import e5
from benchmarks import training

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
EPOCHS, BATCH, AT_ONCE = 3, 128, 256
RATE, HEAD_RATE, DECAY, WARM = 1.2e-4, 1e-3, 0.01, 0.06
DROPOUT, CLIP = 0.1, 1.0
TRIPLES, EVERY = 20, 2
LAYERS = 12
PARTS = {"q": "q", "k": "k", "v": "v", "mixed": "ao", "wide": "fi", "back": "fo"}

Placed = list[tuple[list[int], int]]


def _given(weight: np.ndarray) -> nn.Parameter:
    return nn.Parameter(torch.tensor(np.asarray(weight, dtype=np.float32)))


def _norm(own: dict[str, np.ndarray], name: str, eps: float) -> nn.LayerNorm:
    norm = nn.LayerNorm(len(own[f"{name}.w"]), eps)
    norm.weight, norm.bias = _given(own[f"{name}.w"]), _given(own[f"{name}.b"])
    return norm


def _linear(own: dict[str, np.ndarray], name: str) -> nn.Linear:
    out, inside = own[f"{name}.w"].shape
    layer = nn.Linear(inside, out)
    layer.weight, layer.bias = _given(own[f"{name}.w"]), _given(own[f"{name}.b"])
    return layer


class Layer(nn.Module):
    """One layer of the encoder: attention, then two linear maps, each with its residual."""

    def __init__(self, model: e5._Model, i: int) -> None:
        super().__init__()
        self.heads = model.heads
        self.maps = nn.ModuleDict(
            {part: _linear(model.plain, f"l{i}.{name}") for part, name in PARTS.items()}
        )
        self.first = _norm(model.plain, f"l{i}.aln", model.eps)
        self.last = _norm(model.plain, f"l{i}.oln", model.eps)

    def forward(self, x: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        n, length, width = x.shape
        shape = (n, length, self.heads, width // self.heads)
        q, k, v = (self.maps[c](x).view(shape).transpose(1, 2) for c in "qkv")
        off = DROPOUT if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, inside[:, None, None, :], dropout_p=off)
        mixed = self.maps["mixed"](mixed.transpose(1, 2).reshape(x.shape))
        x = self.first(x + F.dropout(mixed, DROPOUT, self.training))
        wide = self.maps["back"](F.gelu(self.maps["wide"](x)))
        return self.last(x + F.dropout(wide, DROPOUT, self.training))


class Teacher(nn.Module):
    """The encoder with its two heads; `pieces` are the word pieces that occur."""

    def __init__(self, pieces: np.ndarray) -> None:
        super().__init__()
        model = e5._model()
        self.register_buffer("word", torch.tensor(e5._blocks(model.word[pieces])))
        self.register_buffer("place", torch.tensor(model.place))
        self.opening = _norm(model.plain, "emb.ln", model.eps)
        self.layers = nn.ModuleList(Layer(model, i) for i in range(LAYERS))
        n = len(training.LANGUAGES)
        self.heads = nn.ModuleDict(
            {"tone": nn.Linear(model.width, 3), "stance": nn.Linear(3 * model.width, 3)}
        )
        self.own = nn.ParameterDict({k: nn.Parameter(torch.zeros(n, 3)) for k in self.heads})

    def forward(
        self, ids: torch.Tensor, inside: torch.Tensor, at: torch.Tensor, task: str
    ) -> torch.Tensor:
        """Return logits (n, 3) of token ids (n, longest)."""
        x = self.opening(self.word[ids] + self.place[: ids.shape[1]])
        x = F.dropout(x, DROPOUT, self.training)
        for layer in self.layers:
            x = layer(x, inside)
        real = inside[..., None].to(x.dtype)
        seen = (x * real).sum(1) / real.sum(1)
        if task == "stance":
            target = x[torch.arange(len(x), device=x.device), at]
            seen = torch.cat([seen, target, x[:, 0]], dim=1)
        return self.heads[task](F.dropout(seen, DROPOUT, self.training))


def _batch(placed: Placed, pieces: np.ndarray) -> list[torch.Tensor]:
    """Return ids among `pieces`, which are real, and each target's place."""
    ids, inside, at = e5._padded(e5._model(), placed)
    ids = np.where(inside, np.searchsorted(pieces, ids), 0)
    return [torch.tensor(a, device=DEVICE) for a in (ids, inside, at)]


def _order(learnt: dict[str, np.ndarray], rng: np.random.Generator) -> list:
    """Return the shuffled batches of an epoch: (task, row numbers)."""
    jobs = []
    for task in ("tone", "stance"):
        rows = rng.permutation(learnt[task])
        jobs += [(task, rows[i : i + BATCH]) for i in range(0, len(rows), BATCH)]
    return [jobs[i] for i in rng.permutation(len(jobs))]


def _apart(z: torch.Tensor) -> torch.Tensor:
    """Return how far the versions of sentences (n * 3 logits) lie from their means."""
    p = z.view(-1, len(training.LANGUAGES), 3).softmax(-1)
    mean = p.mean(1, keepdim=True)
    return (p * (p.clamp_min(1e-6).log() - mean.clamp_min(1e-6).log())).sum(-1).mean()


def taught(
    table: pd.DataFrame, ids: dict[str, Placed], learnt: dict[str, np.ndarray], *, seed: int = 0
) -> dict[str, np.ndarray]:
    """Train one teacher; return its logits (n_rows, 3) for "tone" and "stance".

    Rows without a target have zeros for stance.

    Parameters
    ----------
    table, ids, learnt
        What :mod:`benchmarks.teacher` makes: all rows, their token ids, and row numbers.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = e5._model()
    lists = [model.prefix, *(own for placed in ids.values() for own, _ in placed)]
    pieces = np.unique(np.concatenate([np.array([model.bos, model.eos]), *map(np.array, lists)]))
    pieces = pieces.astype(int)
    net = Teacher(pieces).to(DEVICE)
    body = [*net.opening.parameters(), *net.layers.parameters()]
    heads = [*net.heads.parameters(), *net.own.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}], weight_decay=DECAY
    )
    epochs = [_order(learnt, rng) for _ in range(EPOCHS)]
    steps = sum(map(len, epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1, (s + 1) / (WARM * steps)) * max(0, 1 - s / steps) + 1e-3
    )
    y = torch.tensor(table["y"].to_numpy() + 1, device=DEVICE)
    spoken = torch.tensor(table["language"].map(training.LANGUAGES.index).to_numpy(), device=DEVICE)
    net.train()
    for step, (task, rows) in enumerate(job for epoch in epochs for job in epoch):
        same = np.zeros(0, dtype=int)
        if task == "tone" and step % EVERY == 0 and len(learnt["same"]):
            same = learnt["same"][rng.integers(len(learnt["same"]), size=TRIPLES)].ravel()
        z = _run(net, [ids[task][i] for i in (*rows, *same)], pieces, task)
        codes = torch.as_tensor(rows, device=DEVICE)
        loss = F.cross_entropy(z[: len(rows)] + net.own[task][spoken[codes]], y[codes])
        if len(same):
            loss = loss + _apart(z[len(rows) :])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), CLIP)
        optimizer.step()
        schedule.step()
    return {task: _said(net, placed, pieces, task) for task, placed in ids.items()}


def _run(net: Teacher, placed: Placed, pieces: np.ndarray, task: str) -> torch.Tensor:
    """Return logits in full precision; a graphics card counts in bfloat16 on the way."""
    with torch.autocast(DEVICE, torch.bfloat16, enabled=DEVICE == "cuda"):
        z = net(*_batch(placed, pieces), task)
    return z.float()


def _said(net: Teacher, placed: Placed, pieces: np.ndarray, task: str) -> np.ndarray:
    """Return the logits of all rows, those of like length together."""
    net.eval()
    out = np.zeros((len(placed), 3), dtype=np.float32)
    rows = [i for i, (own, _) in enumerate(placed) if own]
    rows.sort(key=lambda i: len(placed[i][0]))
    with torch.no_grad():
        for i in range(0, len(rows), AT_ONCE):
            some = rows[i : i + AT_ONCE]
            out[some] = _run(net, [placed[j] for j in some], pieces, task).cpu().numpy()
    return out
