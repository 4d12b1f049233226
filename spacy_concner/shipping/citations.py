"""What to cite for a package: the methods that it was trained with, and its encoder (pure)."""

from collections.abc import Mapping
from typing import Any

CONCNER = """@misc{fu2022concner,
  title = {A Dual-Contrastive Framework for Low-Resource Cross-Lingual Named Entity Recognition},
  author = {Fu, Yingwen and Lin, Nankai and Yang, Ziyu and Jiang, Shengyi},
  year = {2022},
  eprint = {2204.00796},
  archivePrefix = {arXiv}
}"""
TSL = """@inproceedings{wu2020single,
  title = {Single-/Multi-Source Cross-Lingual {NER} via Teacher-Student Learning on Unlabeled Data
           in Target Language},
  author = {Wu, Qianhui and Lin, Zijia and Karlsson, B{\\"o}rje F. and Lou, Jian-Guang and
            Huang, Biqing},
  booktitle = {Proceedings of ACL},
  year = {2020},
  eprint = {2004.12440},
  archivePrefix = {arXiv}
}"""
MTMT = """@inproceedings{li2022unsupervised,
  title = {An Unsupervised Multiple-Task and Multiple-Teacher Model for Cross-lingual Named Entity
           Recognition},
  author = {Li, Zhuoran and Hu, Chunming and Guo, Xiaohui and Chen, Junfan and Qin, Wenyi and
            Zhang, Richong},
  booktitle = {Proceedings of ACL},
  year = {2022}
}"""
E5 = """@misc{wang2024multilingual,
  title = {Multilingual {E5} Text Embeddings: A Technical Report},
  author = {Wang, Liang and Yang, Nan and Huang, Xiaolong and Yang, Linjun and
            Majumder, Rangan and Wei, Furu},
  year = {2024},
  eprint = {2402.05672},
  archivePrefix = {arXiv}
}"""
BERT = """@inproceedings{devlin2019bert,
  title = {{BERT}: Pre-training of Deep Bidirectional Transformers for Language Understanding},
  author = {Devlin, Jacob and Chang, Ming-Wei and Lee, Kenton and Toutanova, Kristina},
  booktitle = {Proceedings of NAACL-HLT},
  year = {2019},
  eprint = {1810.04805},
  archivePrefix = {arXiv}
}"""
XLMR = """@inproceedings{conneau2020unsupervised,
  title = {Unsupervised Cross-lingual Representation Learning at Scale},
  author = {Conneau, Alexis and Khandelwal, Kartikay and Goyal, Naman and Chaudhary, Vishrav and
            Wenzek, Guillaume and Guzm{\\'a}n, Francisco and Grave, Edouard and Ott, Myle and
            Zettlemoyer, Luke and Stoyanov, Veselin},
  booktitle = {Proceedings of ACL},
  year = {2020},
  eprint = {1911.02116},
  archivePrefix = {arXiv}
}"""
BY_ENCODER = {"multilingual-e5": E5, "xlm-roberta": XLMR, "bert-base": BERT}
BY_LOSS = {"SimilarityDistillation": MTMT, "Distillation": TSL}


def citations(own: Mapping[str, Any]) -> list[str]:
    """Give BibTeX entries for a package.

    own (Mapping[str, Any]): The field "concner" of its `meta.json`.
    RETURNS (list[str]): Entries: ConCNER's, then those of losses and encoder that are known.
    """
    losses = " ".join(own.get("training", {}).get("losses", {}))
    found = [CONCNER]
    found += [entry for name, entry in BY_LOSS.items() if f".{name}." in losses]
    found += [entry for name, entry in BY_ENCODER.items() if name in own.get("encoder", "")][:1]
    return found
